// A Container Apps job that scans every night and keeps its reports in a file share.
//
//   az deployment group create -g RG -f deploy/job.bicep -p environment=ID image=IMAGE \
//     managementGroup=MG storage=NAME
//   az role assignment create --role Reader --assignee-object-id PRINCIPAL \
//     --assignee-principal-type ServicePrincipal \
//     --scope /providers/Microsoft.Management/managementGroups/MG
//
// PRINCIPAL is the output; instead of Reader, the role of docs/role.json is enough.
targetScope = 'resourceGroup'

@description('ID of the Container Apps environment in which the job runs.')
param environment string

@description('The image, by digest: REGISTRY/aoai-scan@sha256:...')
param image string

@description('Management group below which every subscription is read.')
param managementGroup string

@description('Name of a storage of the environment, an Azure Files share, for the reports.')
param storage string

param location string = resourceGroup().location

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-aoai-scan'
  location: location
}

resource job 'Microsoft.App/jobs@2024-03-01' = {
  name: 'aoai-scan'
  location: location
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    environmentId: environment
    configuration: {
      triggerType: 'Schedule'
      replicaTimeout: 3600
      replicaRetryLimit: 0
      scheduleTriggerConfig: {
        cronExpression: '17 4 * * *'
        parallelism: 1
        replicaCompletionCount: 1
      }
    }
    template: {
      containers: [
        {
          name: 'aoai-scan'
          image: image
          args: [
            '--management-group'
            managementGroup
            '--no-progress'
            '--fail-on'
            'high'
            '-f'
            'html'
            '-f'
            'json'
            '-f'
            'sarif'
            '-o'
            '/reports/'
          ]
          env: [
            {
              name: 'AZURE_TOKEN_CREDENTIALS'
              value: 'ManagedIdentityCredential'
            }
            {
              name: 'AZURE_CLIENT_ID'
              value: identity.properties.clientId
            }
          ]
          resources: {
            cpu: json('1.0')
            memory: '2Gi'
          }
          volumeMounts: [
            {
              volumeName: 'reports'
              mountPath: '/reports'
            }
          ]
        }
      ]
      volumes: [
        {
          name: 'reports'
          storageType: 'AzureFile'
          storageName: storage
          mountOptions: 'uid=10001,gid=10001'
        }
      ]
    }
  }
}

output principal string = identity.properties.principalId
