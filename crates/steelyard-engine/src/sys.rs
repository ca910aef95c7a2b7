//! System calls that no safe wrapper covers.
