"""Tradewind: the autonomous revenue platform you run on your own machine."""

import gc
import os
import sys
import warnings

from pydantic.warnings import UnsupportedFieldAttributeWarning

__version__ = "0.1.0"

# Hundreds of thousands of objects live as long as the process: walking them often cost volume work a third of its time.
gc.set_threshold(50_000, 20, 50)
# A thread that computes gives the event loop its turn within 1 ms instead of 5, whose answers the database waits for.
sys.setswitchinterval(0.001)
# Products of small arrays gain nothing from a second thread, which on a busy machine spins while it waits: comparing a
# question with 64 passages took 137 ms of processor time instead of 4. Read when numpy is loaded, so it stands here.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# FastAPI puts names where pydantic expects none, and silences that only for models that are built at once.
warnings.filterwarnings("ignore", category=UnsupportedFieldAttributeWarning)
