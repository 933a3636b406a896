"""What people have, read: files, sheets, moments, numbers, programs' exports, answers of servers. Knows no table."""
