variable "region" {
  description = "Where cluster and database stand."
  type        = string
  default     = "fra1"
}

variable "kubernetes_version" {
  description = "A version that `doctl kubernetes options versions` lists."
  type        = string
}

variable "image" {
  description = "Repository of the image built from deploy/Dockerfile."
  type        = string
}

variable "image_tag" {
  description = "Its tag."
  type        = string
}

variable "domain" {
  description = "Host name of the web app."
  type        = string
}
