"""The routes for files that arrive in pieces: tus 1.0, a public protocol with clients in many languages."""
