"""A table as an object that JSON can hold."""

import numpy as np


def rows_of(frame):
    """A frame as a dict of rows; what is missing or without end is None."""
    return {
        name: {
            key: None if isinstance(value, float) and not np.isfinite(value) else value for key, value in row.items()
        }
        for name, row in frame.astype(object).to_dict("index").items()
    }
