"""Sends one request and dies of a signal."""

import os

import _common

_common.ask()
os.abort()
