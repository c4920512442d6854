"""``python -m bot``. What is loaded at the start stays to the end: nobody looks for garbage among it."""

import gc
import sys

gc.disable()

from bot.cli import main  # noqa: E402

gc.freeze()
gc.enable()
# A request makes some thousands of objects and leaves hardly any behind: to look after every 700 is a waste.
gc.set_threshold(50_000, 20, 50)

if __name__ == "__main__":
    sys.exit(main())
