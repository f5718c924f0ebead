output "url" {
  description = "Where the web app answers once the host name points at the cluster's load balancer."
  value       = "https://${var.domain}"
}

output "secret_keys" {
  description = "Master keys: keep a copy apart from the database."
  value       = "k1:${random_bytes.secret_key.base64}"
  sensitive   = true
}
