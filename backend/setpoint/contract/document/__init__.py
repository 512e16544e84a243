"""The exported form of a contract: how it is written, admitted and turned back into a class."""
