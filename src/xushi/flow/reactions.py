"""哪个事件引出哪个动作，都登记在这里。

A reaction is a module-level function of one Event, registered with journal.actions.react_to(*verbs). The worker
calls it once per event, in a transaction of its own, and tries again later if it raises; event.at is its now.
What the mere passing of a day brings about reacts to flow.actions.DAY_BEGAN.
"""
