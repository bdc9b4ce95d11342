"""Land, records and rasters become layers on one national grid."""
