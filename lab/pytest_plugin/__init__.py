"""What the fixtures and hooks of :mod:`lab.plugin` do in a pytest session.

In: the options of the session (``settings``) and the requests of tests.  Out: reports of audits
(``audit_fixture``), the traffic of a client in one environment (``observe_fixture``,
``client_traffic``), and a summary over the session (``summary``).

Imports go one way: ``plugin_session`` connects hooks and fixtures; fixtures share
``resources`` (settings, folder, the open client), which open ``trial_resources`` (client, cells,
store).  All trials of a session are kept in one folder, where every audit and every process finds
those that exist (``shared_trials``).

Nothing here decides what a finding is.  A test is skipped, with the reason, where something could
not be measured; it never passes for that.
"""
