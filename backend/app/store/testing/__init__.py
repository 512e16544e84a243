"""The contract of a store as tests, beside what they put into one."""
