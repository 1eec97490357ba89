"""Settings of all tests of the lab.

No test asserts a time, so no example of Hypothesis has its default deadline of 200 ms.
"""

from hypothesis import settings

settings.register_profile("without deadline", deadline=None)
settings.load_profile("without deadline")
