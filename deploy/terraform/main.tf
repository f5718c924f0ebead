# An example: a managed PostgreSQL and a Kubernetes cluster at DigitalOcean, with the chart of ../helm on it.
# Other providers differ in the first two resources only.

terraform {
  required_version = ">= 1.6"
  required_providers {
    digitalocean = {
      source  = "digitalocean/digitalocean"
      version = "~> 2.40"
    }
    helm = {
      source  = "hashicorp/helm"
      version = "~> 3.0"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.6"
    }
  }
}

resource "digitalocean_kubernetes_cluster" "tradewind" {
  name    = "tradewind"
  region  = var.region
  version = var.kubernetes_version

  node_pool {
    name       = "default"
    size       = "s-2vcpu-4gb"
    auto_scale = true
    min_nodes  = 2
    max_nodes  = 6
  }
}

resource "digitalocean_database_cluster" "tradewind" {
  name       = "tradewind"
  engine     = "pg"
  version    = "17"
  region     = var.region
  size       = "db-s-2vcpu-4gb"
  node_count = 2
}

resource "digitalocean_database_firewall" "tradewind" {
  cluster_id = digitalocean_database_cluster.tradewind.id

  rule {
    type  = "k8s"
    value = digitalocean_kubernetes_cluster.tradewind.id
  }
}

resource "random_bytes" "secret_key" {
  length = 32
}

resource "random_password" "metrics_token" {
  length  = 32
  special = false
}

provider "helm" {
  kubernetes = {
    host                   = digitalocean_kubernetes_cluster.tradewind.endpoint
    token                  = digitalocean_kubernetes_cluster.tradewind.kube_config[0].token
    cluster_ca_certificate = base64decode(digitalocean_kubernetes_cluster.tradewind.kube_config[0].cluster_ca_certificate)
  }
}

resource "helm_release" "tradewind" {
  name             = "tradewind"
  chart            = "${path.module}/../helm/tradewind"
  namespace        = "tradewind"
  create_namespace = true

  set = [
    { name = "image.repository", value = var.image },
    { name = "image.tag", value = var.image_tag },
    { name = "publicUrl", value = "https://${var.domain}" },
    { name = "ingress.host", value = var.domain },
  ]

  set_sensitive = [
    { name = "secrets.databaseUrl", value = digitalocean_database_cluster.tradewind.private_uri },
    { name = "secrets.secretKeys", value = "k1:${random_bytes.secret_key.base64}" },
    { name = "secrets.metricsToken", value = random_password.metrics_token.result },
  ]
}
