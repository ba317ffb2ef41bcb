"""`python -m scanner`: the same as `aoai-scan`."""

from scanner.cli import main

if __name__ == "__main__":
    main()
