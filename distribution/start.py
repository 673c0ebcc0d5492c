"""Where the program for computers without Python begins."""

from multiprocessing import freeze_support

from scanner.cli import main

if __name__ == "__main__":
    freeze_support()  # on Windows and macOS a worker process is this program again
    main()
