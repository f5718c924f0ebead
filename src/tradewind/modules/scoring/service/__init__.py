"""Rules of the business: which model scores, how leads are scored, how models are trained and read."""
