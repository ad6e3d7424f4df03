"""What people see: words in both languages, tables as text and HTML, pictures."""
