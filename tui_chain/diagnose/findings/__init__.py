"""Every finding there is: a family of findings a module, each rule beside the text it gives."""
