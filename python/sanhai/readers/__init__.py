"""Own data: `sh.read` and what it returns, `sh.Figures`. One file a format, all into one check."""
