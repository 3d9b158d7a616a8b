"""Client families: the sets of rules by which programs judge a chain, and the engines that apply them."""
