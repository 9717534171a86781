//! Every mail of the corpus is read or refused, and never more than that.

mod corpus;
mod shapes;
