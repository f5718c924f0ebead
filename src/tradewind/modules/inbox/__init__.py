"""The inbox: what people use to answer customers beside the conversations themselves."""
