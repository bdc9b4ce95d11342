"""The desk: server-rendered pages. Views only translate: parse, check the right, call one function, render."""
