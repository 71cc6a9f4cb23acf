"""The entry point of web servers and of `flask`."""

from minxin import create_app
from worker import queues

app = create_app(send=queues.send)
