"""Copies the working directory with ~ for the home, so that login and path part company.

With another user, home and directory move together; what is sent does not.
"""

import os

import _common

home, here = os.path.expanduser("~"), os.getcwd()
short = f"~{here[len(home):]}" if here == home or here.startswith(home + "/") else here
_common.ask()
_common.tell("start", folder=short)
