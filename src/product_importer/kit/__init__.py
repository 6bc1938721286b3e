"""The ground floor: what every domain stands on and nothing that knows a domain."""
