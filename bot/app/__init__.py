"""What we do, one verb a file. A verb is a step: it takes the time, and never sleeps or waits."""
