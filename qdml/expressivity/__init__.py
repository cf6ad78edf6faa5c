"""What functions of the data a distributed model can express, and how freely it can choose."""
