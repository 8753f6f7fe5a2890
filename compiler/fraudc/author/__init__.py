"""What helps rule authors before they publish: plans in, comparisons out."""
