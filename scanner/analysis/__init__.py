"""Questions about the network, answered from the topology alone: no policy, no YAML."""
