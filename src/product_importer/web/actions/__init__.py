"""What pages and programs both ask for, done across domains in one transaction."""
