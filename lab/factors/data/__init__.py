"""What factors are made of: tables of what machines really look like, and ways to write it.

No factor is defined here.  Tables come in (clouds, distributions, dotfiles, …) as plain data;
a factor's own file says what its levels mean.
"""
