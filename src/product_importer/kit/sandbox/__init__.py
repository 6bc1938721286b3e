"""Programs of our own that read what strangers wrote: started anew, bounded, and given nothing but an open file."""
