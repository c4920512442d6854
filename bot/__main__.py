"""``python -m bot``. What is loaded at the start stays to the end: nobody looks for garbage among it."""

import gc
import sys

gc.disable()

from bot.cli import main  # noqa: E402

gc.freeze()
gc.enable()

if __name__ == "__main__":
    sys.exit(main())
