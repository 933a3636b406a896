"""A study or a proposal taken up by a cycle: the tree, the sources, the plan and the windows, in one transaction."""
