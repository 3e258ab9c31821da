"""Turn a service's folder into the template and the zips that CloudFormation deploys."""
