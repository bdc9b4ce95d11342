"""With what people work: detectors, machines, dogs and rats, their tests and checks, and the explosives book."""
