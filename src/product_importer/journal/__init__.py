"""What happened to what, by whom, through which import and line: written once, read by history, webhooks and undo."""
