"""Where recordings come from: what a file's name and the file beside it tell about the call."""
