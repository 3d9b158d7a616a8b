"""What a certificate is: views over raw DER, names, signatures, file formats. No sockets, no files, no clock."""
