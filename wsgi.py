"""The entry point of web servers and of `flask`."""

import gc

from minxin import create_app
from worker import queues

app = create_app(send=queues.send)

# What stands now stands for good: the collector need not walk it again for every few requests
# (measured: a tenth of a page's time).
gc.collect()
gc.freeze()
