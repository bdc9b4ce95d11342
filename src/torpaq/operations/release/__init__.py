"""From completed work to land given back: the arithmetic, the completion report, the proof, the certificate, after."""
