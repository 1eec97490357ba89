"""The fingerprint lab: what does a coding client learn about its machine, and tell?

The story in the order of the folders: an *environment* gives a level to every *factor*; a
*client* runs in it in a sealed *sandbox* whose *internet* answers and records; the
*observation* becomes features; the *experiment* finds which factors change which features;
*findings* say what that means; *reports* show it.
"""

__version__ = "0.1.0"
