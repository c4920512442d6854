"""``python -m bot serve`` whose workers' leases end after so many seconds: a run of crashes need not wait for them."""

import sys
from datetime import timedelta

from bot.__main__ import main
from bot.outbox.worker import Worker

if __name__ == "__main__":
    assert Worker.__init__.__kwdefaults__
    Worker.__init__.__kwdefaults__["lease"] = timedelta(seconds=float(sys.argv[1]))
    sys.exit(main(["serve"]))
