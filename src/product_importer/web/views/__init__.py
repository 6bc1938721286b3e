"""What pages show: values of the domains as words, figures and links."""
