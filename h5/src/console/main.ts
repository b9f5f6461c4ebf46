/** Entry of the consoles. Citizens never load it. */
import './element'
import './console.css'

import { createApp } from 'vue'

import Console from './Console.vue'
import { consoleRouter } from './router'

createApp(Console).use(consoleRouter()).mount('#app')
