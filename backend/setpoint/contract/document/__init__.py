"""The exported form of a contract: how it is written, let in and made a class of again."""
