import '@/styles/tokens.css'
import '@/styles/base.css'

import { createPinia } from 'pinia'
import { createApp } from 'vue'

import App from '@/App.vue'
import { router } from '@/router'
import { useElder } from '@/stores/elder'

const app = createApp(App)
app.use(createPinia())
useElder()
app.use(router)
app.mount('#app')
