"""Review and learning: people mark what the system judged; what they found right goes live once a second person signed
and no known call gets worse. Pure: the record, the proof in its own process and the desk stand around it."""
